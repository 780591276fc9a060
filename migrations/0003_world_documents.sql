-- Snapshots of worlds are stored in format 2: the world's members lie beside the others, so that Marten's LINQ reads them. Those of format 1 follow
-- from the log and are deleted, because a rewrite of large documents would keep saves waiting; the next save of a stream stores its world again. One that
-- is just being saved is left to that save: waiting for it could end in a deadlock with a transaction that saves several.

delete from {events}.mt_doc_ledger_world as d
where d.id in (
    select f.id
    from {events}.mt_doc_ledger_world as f
    where f.data ->> 'format' = '1'
    for update skip locked);
