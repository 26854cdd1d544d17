// Loaded into Microsoft's Agents Playground before its own code (node --require): keeps it on this machine.
// It listens on 127.0.0.1 whatever it asks for, connects to nobody but this machine, and ends with whoever started it.
'use strict';

const dgram = require('node:dgram');
const net = require('node:net');

const HERE = '127.0.0.1';

// listen(port?, host?, backlog?, callback?), listen(options, callback?), listen(path or handle, ...)
function stayHere(args) {
  const [first, ...rest] = args;
  if (first === undefined || first === null || typeof first === 'function') {
    return [0, HERE, ...(typeof first === 'function' ? [first] : rest)];
  }
  if (typeof first === 'number' || /^\d+$/.test(first)) {
    return [first, HERE, ...(typeof rest[0] === 'string' ? rest.slice(1) : rest)];
  }
  if (typeof first === 'object' && first.port !== undefined) {
    return [{ ...first, host: HERE, ipv6Only: false }, ...rest];
  }
  return args;
}

const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (...args) {
  return listen.apply(this, stayHere(args));
};

function isHere(host) {
  return host === undefined || host === null || host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

// connect(options, callback?), connect(port, host?, callback?), connect(path, callback?); Node itself hands its
// own functions one array that holds these.
function wantedHost(args) {
  const [first, second] = Array.isArray(args[0]) ? args[0] : args;
  if (first !== null && typeof first === 'object') return first.path ? undefined : first.host;
  return typeof second === 'string' ? second : undefined;
}

const connect = net.Socket.prototype.connect;
net.Socket.prototype.connect = function (...args) {
  const host = wantedHost(args);
  if (isHere(host)) return connect.apply(this, args);
  process.nextTick(() => this.destroy(new Error(`the demo lets nothing out of this machine: ${host}`)));
  return this;
};

dgram.createSocket = () => {
  throw new Error('the demo lets nothing out of this machine: no datagrams');
};

process.stdin.on('error', () => process.exit(0));
process.stdin.on('end', () => process.exit(0));
process.stdin.resume();
