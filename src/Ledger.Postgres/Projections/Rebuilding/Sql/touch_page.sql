-- Names the streams of the next page of the log. $1 what their names begin with, $2 the number before the first, $3 the last number wanted,
-- $4 the most events. One row: where the page ends, and how many events it has.
select t.reached, t.events
from {ledger}.touch_page_v1($1, $2, $3, $4) as t
