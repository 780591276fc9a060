-- Deletes the rows of a world with their head, which goes with its stream: the trigger tr_world_head_deleted. A foreign key would be
-- checked for every row written.
-- Result: the deleted head.
create or replace function {ledger}.drop_world_v1()
returns trigger
language plpgsql
set enable_seqscan = off
as $function$
begin
    delete from {ledger}.world_object as o where o.stream = old.stream;
    delete from {ledger}.world_object_past as o where o.stream = old.stream;
    delete from {ledger}.world_relation as r where r.stream = old.stream;
    delete from {ledger}.world_relation_past as r where r.stream = old.stream;
    delete from {ledger}.world_fault as f where f.stream = old.stream;
    return old;
end
$function$;
