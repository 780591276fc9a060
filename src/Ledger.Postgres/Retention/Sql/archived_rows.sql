-- Rows of a stream in other tables as lines of an archive: $1 the stream, $2 how many of its events stay.
select r.line
from {ledger}.retained_rows_v1($1, $2) as r (line)
