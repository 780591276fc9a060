-- Removes a page of a stream: $1 the run, $2 the stream, $3 the most events, $4 the id of the event that says so. Result: the state of the stream, why it was left, and how
-- many events were removed.
select p.state, p.reason, p.removed
from {ledger}.retain_page_v1($1, $2, $3, $4) as p
