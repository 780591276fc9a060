-- Listens for requests to nodes.
listen ledger_requests
