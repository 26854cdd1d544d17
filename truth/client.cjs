// What an AutoTask client that we did not write is asked to do with our sandbox, and what it has to be answered.
// Judged by that client's own answers and its own exceptions. Started by __main__.py, which says where and as whom.
'use strict';

const { AutotaskRestApi, AutotaskApiError } = require('@apigrate/autotask-restapi');

const { TRUTH_BASE_URL, TRUTH_USER, TRUTH_SECRET, TRUTH_CODE } = process.env;
const TICKETS = Number(process.env.TRUTH_TICKETS);
const PERSON = Number(process.env.TRUTH_PERSON);
const COMPLETE = 5;
const RETIRED_STATUS = 15;
const RAW_BYTES = Buffer.from('a file with \u00fcmlauts and \u0000 bytes');

const api = connect(TRUTH_USER, TRUTH_SECRET);
const known = {};
const deeds = [];

function connect(user, secret) {
  return new AutotaskRestApi(user, secret, TRUTH_CODE, { base_url: TRUTH_BASE_URL });
}

function deed(name, run) {
  deeds.push({ name, run });
}

function must(holds, text) {
  if (!holds) throw new Error(text);
}

function same(found, wanted) {
  const [left, right] = [JSON.stringify(found), JSON.stringify(wanted)];
  must(left === right, `found ${left}, not ${right}`);
}

// A refusal counts only as the client's own exception, with this status and these words of the vendor.
function refused(name, run, status, words) {
  deed(`refused: ${name}`, async () => {
    let answer;
    try {
      answer = await run();
    } catch (error) {
      must(error instanceof AutotaskApiError, `not a refusal: ${error}`);
      same(error.status, status);
      const details = JSON.stringify(error.details);
      must(details.includes(words), `the text says ${details}, not ${words}`);
      return;
    }
    throw new Error(`it was answered: ${JSON.stringify(answer)?.slice(0, 200)}`);
  });
}

const leaf = (op, field, value) => ({ op, field, value });
const every = { Filter: [leaf('gte', 'id', 0)] };
const newTicket = () => ({
  companyID: known.company,
  title: 'Asked by a stranger',
  description: 'Written by a client that knows only the real API.',
  status: 1,
  priority: 2,
  queueID: known.queue,
  dueDateTime: '2030-01-02T03:04:05Z',
});

deed('the zone is discovered from the base address', async () => {
  const { externalRequestThreshold } = await api._get('/ThresholdInformation');
  same(externalRequestThreshold, 10000);
  same(api.zoneInfo.url, TRUTH_BASE_URL);
  must(Number.isInteger(api.zoneInfo.ci) && api.zoneInfo.webUrl, 'the zone lacks ci or webUrl');
});

deed('the picklists of tickets are told', async () => {
  const { fields } = await api.Tickets.fieldInfo();
  const status = fields.find((field) => field.name === 'status');
  must(status.isPickList && status.isRequired, 'status is no required picklist');
  must(status.picklistValues.some((each) => each.value === String(COMPLETE) && each.isActive), 'no Complete');
  known.queue = Number(fields.find((field) => field.name === 'queueID').picklistValues.find((each) => each.isActive).value);
  const { info } = await api.Tickets.info();
  same([info.name, info.canCreate, info.canDelete], ['Ticket', true, false]);
});

deed('user-defined fields are told where they exist', async () => {
  must((await api.Tickets.udfInfo()).fields.length > 0, 'tickets have none');
  same(await api.Contacts.udfInfo(), null);
});

deed('a page has 500 tickets and every field', async () => {
  const { items, pageDetails } = await api.Tickets.query(every);
  same([items.length, pageDetails.count, pageDetails.requestCount], [500, 500, 500]);
  must(items.every((item) => 'externalID' in item && Array.isArray(item.userDefinedFields)), 'a field is missing');
  known.ticket = items[0].id;
  known.company = items[0].companyID;
  known.number = items[0].ticketNumber;
});

deed('one ticket is read by its id', async () => {
  const { item } = await api.Tickets.get(known.ticket);
  same([item.id, item.ticketNumber], [known.ticket, known.number]);
});

deed('a missing id is a null item', async () => same(await api.Tickets.get(999999999), { item: null }));

deed('all tickets come by asking for ids beyond the last', async () => {
  const found = new Set();
  for (let last = 0, full = true; full; ) {
    const { items } = await api.Tickets.query({ Filter: [leaf('gt', 'id', last)], IncludeFields: ['id'] });
    items.forEach((item) => found.add(item.id));
    last = items.at(-1)?.id;
    full = items.length === 500;
  }
  same(found.size, TICKETS);
});

deed('all tickets come by following nextPageUrl with the same body', async () => {
  const found = new Set();
  let page = await api.Tickets.query(every);
  for (; page; ) {
    page.items.forEach((item) => found.add(item.id));
    const next = page.pageDetails.nextPageUrl;
    must(!next || next.startsWith(`${TRUTH_BASE_URL}V1.0/`), `the next page is elsewhere: ${next}`);
    page = next && (await api._post(next.slice(`${TRUTH_BASE_URL}V1.0`.length), every));
  }
  same(found.size, TICKETS);
});

deed('counting agrees with the pages', async () => same(await api.Tickets.count(every), { queryCount: TICKETS }));

deed('filters and groups find what they say', async () => {
  const open = leaf('noteq', 'status', COMPLETE);
  const urgent = { op: 'or', items: [leaf('eq', 'priority', 1), leaf('in', 'priority', [4])] };
  const { items } = await api.Tickets.query({ Filter: [open, urgent] });
  must(items.length > 0, 'nothing was found');
  must(items.every((item) => item.status !== COMPLETE && [1, 4].includes(item.priority)), 'something else was found');
});

deed('text is found whatever its case', async () => {
  const filter = [leaf('contains', 'title', 'vpn'), leaf('beginsWith', 'title', 'CANNOT')];
  const { items } = await api.Tickets.query({ Filter: filter, IncludeFields: ['id', 'title'] });
  must(items.length > 0 && items.every((item) => item.title.includes('VPN')), 'it was not found');
  same(Object.keys(items[0]).sort(), ['id', 'title']);
});

deed('an unknown operator is dropped and the rows come unfiltered', async () => {
  const { queryCount } = await api.Tickets.count({ Filter: [leaf('like', 'title', 'nothing has this')] });
  same(queryCount, TICKETS);
});

deed('a ticket is created and read back', async () => {
  const { itemId } = await api.Tickets.create(newTicket());
  known.made = itemId;
  const { item } = await api.Tickets.get(itemId);
  same([item.title, item.status, item.dueDateTime], ['Asked by a stranger', 1, '2030-01-02T03:04:05Z']);
  must(/^T\d{8}\.\d{4}$/.test(item.ticketNumber), `its number is ${item.ticketNumber}`);
});

deed('a ticket is created in somebody else\'s name', async () => {
  const { itemId } = await api.Tickets.create(newTicket(), { ImpersonationResourceId: String(PERSON) });
  const { item } = await api.Tickets.get(itemId);
  same(item.creatorResourceID, PERSON);
  must(item.impersonatorCreatorResourceID > 0, 'the API user is not named');
});

deed('a note is written under its ticket and found from above', async () => {
  const note = { title: 'Said', description: 'By a stranger.', noteType: 1, publish: 2 };
  const { itemId } = await api.TicketNotes.create(known.made, note);
  const { items } = await api.TicketNotes.query({ Filter: [leaf('eq', 'ticketID', known.made)] });
  same(items.map((item) => [item.id, item.description]), [[itemId, 'By a stranger.']]);
});

deed('a patch changes what it names and leaves the rest', async () => {
  const before = (await api.Tickets.get(known.made)).item;
  same(await api.Tickets.update({ id: known.made, priority: 4, nonsense: 'ignored' }), { itemId: known.made });
  const after = (await api.Tickets.get(known.made)).item;
  same([after.priority, after.title, after.queueID], [4, before.title, before.queueID]);
  must(after.lastTrackedModificationDateTime >= before.lastTrackedModificationDateTime, 'the watermark went back');
});

deed('a ticket tells its history', async () => {
  const { items } = await api.TicketHistory.query({ Filter: [leaf('eq', 'ticketID', known.made)] });
  same(items.map((item) => item.action), ['Created', 'Edited']);
});

deed('an attachment comes back byte for byte, from one address only', async () => {
  const data = RAW_BYTES.toString('base64');
  const file = { id: 0, attachmentType: 'FILE_ATTACHMENT', title: 'x', fullPath: 'x.bin', publish: 1, data };
  const { itemId } = await api.TicketAttachments.create(known.made, file);
  same((await api.TicketAttachments.get(known.made, itemId)).items[0].data, data);
  const { items } = await api.TicketAttachments.query({ Filter: [leaf('eq', 'ticketID', known.made)] });
  same(items.map((item) => [item.data, item.fileSize]), [[null, RAW_BYTES.length]]);
  same(await api.TicketAttachments.delete(known.made, itemId), { itemId });
});

deed('time is logged on a ticket', async () => {
  const { items } = await api.ResourceServiceDeskRoles.query({ Filter: [leaf('eq', 'resourceID', PERSON)] });
  known.time = { ticketID: known.made, resourceID: PERSON, summaryNotes: 'x' };
  const span = { startDateTime: '2030-01-02T08:00:00', endDateTime: '2030-01-02T09:30:00Z' };
  const { itemId } = await api.TimeEntries.create({ ...known.time, ...span, roleID: items[0].roleID });
  same((await api.TimeEntries.get(itemId)).item.hoursWorked, 1.5);
  same(await api.TimeEntries.delete(itemId), { itemId });
});

deed('an opportunity is created and patched', async () => {
  const when = { startDate: '2030-01-01', projectedCloseDate: '2030-03-01' };
  const money = { amount: 100.5, cost: 50, probability: 40, useQuoteTotals: false };
  const who = { companyID: known.company, ownerResourceID: PERSON, title: 'A hope', stage: 201, status: 1 };
  const { itemId } = await api.Opportunities.create({ ...who, ...when, ...money });
  await api.Opportunities.update({ id: itemId, status: 3 });
  const { item } = await api.Opportunities.get(itemId);
  same([item.amount, item.status], [100.5, 3]);
  must(item.closedDate, 'winning left no date');
});

deed('a POST below no parent is no route', async () => {
  same(await api._post('/TicketNotes', { title: 'x' }), null);
});

refused('an unknown field in a filter', () => api.Tickets.query({ Filter: [leaf('eq', 'nonsense', 1)] }), 500,
  'Unable to find nonsense in the Ticket Entity');
refused('an unknown field to include', () => api.Tickets.query({ ...every, IncludeFields: ['nonsense'] }), 500,
  'Unable to find nonsense');
refused('no filter', () => api.Tickets.query({ MaxRecords: 10 }), 500, 'Parameter name: filters');
refused('a page of 501', () => api.Tickets.query({ ...every, MaxRecords: 501 }), 500,
  'maxCountOfRecordsToReturn must be between 1 and 500');
refused('501 OR conditions', () => api.Tickets.query({ Filter: [leaf('in', 'id', [...Array(501).keys()])] }), 500,
  "limited to 500 or fewer 'OR' conditions");
refused('a word for a number', () => api.Tickets.query({ Filter: [leaf('eq', 'companyID', 'many')] }), 500,
  'Conversion failed when converting');
refused('GET of a chain begun by POST', () => api._get('/Tickets/query/next', { paging: '{}' }), 405,
  "does not support http method 'GET'");
refused('a ticket without a title', () => api.Tickets.create({ ...newTicket(), title: null }), 500,
  'Missing Required Field: title.');
refused('a ticket without what its category demands', () => api.Tickets.create({ ...newTicket(), dueDateTime: null }),
  500, 'dueDateTime is required');
refused('an inactive picklist value', () => api.Tickets.create({ ...newTicket(), status: RETIRED_STATUS }), 500,
  `Picklist value [${RETIRED_STATUS}] does not exist for status`);
refused('a contact of nobody', () => api.Tickets.create({ ...newTicket(), contactID: 1 }), 500,
  'Reference value on field: contactID of type: Contact does not exist or is invalid.');
refused('a resource without a role', () => api.Tickets.update({ id: known.made, assignedResourceID: PERSON }), 500,
  'you must assign both a assignedResourceID and assignedResourceRoleID');
refused('PATCH with the id in the path', () => api._patch(`/Tickets/${known.made}`, { id: known.made, priority: 1 }),
  405, "does not support http method 'PATCH'");
refused('DELETE of a ticket', () => api.Tickets.delete(known.made), 405, "does not support http method 'DELETE'");
refused('time without a role', () => api.TimeEntries.create(known.time), 500,
  'TimeEntries for Tickets must have a roleID');
refused('a module that is off', () => api.Contracts.query(every), 500,
  'does not have the adequate permissions to query this entity type');
refused('somebody who may not be spoken for',
  () => api.Tickets.create(newTicket(), { ImpersonationResourceId: '1' }), 500, 'adequate permissions to create');
refused('a wrong secret', () => connect(TRUTH_USER, 'wrong').Tickets.get(known.ticket), 401, '');

async function main() {
  let failed = 0;
  for (const { name, run } of deeds) {
    try {
      await run();
      console.log(`PASS ${name}`);
    } catch (error) {
      failed += 1;
      console.log(`FAIL ${name}: ${error.message}`);
    }
  }
  console.log(`Truth: ${deeds.length - failed} of ${deeds.length} hold.`);
  process.exitCode = failed ? 1 : 0;
}

main();
