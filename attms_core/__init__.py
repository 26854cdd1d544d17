"""The shared library: records, rules and use cases. It knows neither Teams nor HTTP servers."""
