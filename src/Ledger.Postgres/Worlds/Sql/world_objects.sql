-- A page of the objects of the history of $1 after its first $2 events, by id: with the type $3, if any, and data that contains $4, if any,
-- after the id $5 (null: from the first); at least $6, or the last.
select id,
       type,
       data
from {ledger}.world_objects_v1($1, $2, $3, $4, $5, $6)
