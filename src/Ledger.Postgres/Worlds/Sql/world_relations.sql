-- A page of the relations of the history of $1 after its first $2 events, by id: with the type $3, if any, and the object $4, if any, at the
-- end $5 says (out, in, any); from behind the id $6 on (null: the first); at least $7, or the last.
select id,
       type,
       source_id,
       target_id,
       data
from {ledger}.world_relations_v1($1, $2, $3, $4, $5, $6, $7)
