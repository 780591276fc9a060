-- How many records are active. $1 the stream. The canonical text ends with its last field, and a quotation mark within a text is escaped,
-- so that nothing else ends like this.
select count(*)
from {ledger}.chrono_record as r
where r.stream = $1
  and not {ledger}.retaining_v1($1)
  and r.status = 'active'
  and right(r.text, 21) = ', "status": "active"}'
