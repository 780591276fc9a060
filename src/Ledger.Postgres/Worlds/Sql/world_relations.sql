-- A page of the relations of the history of $1 after its first $2 events, by id: with the type $3, if any, and the object $4, if any, at the end named by $5
-- (out, in, any); after the id $6 (null: from the first); at least $7, or the last.
select id,
       type,
       source_id,
       target_id,
       data
from {ledger}.world_relations_v1($1, $2, $3, $4, $5, $6, $7)
