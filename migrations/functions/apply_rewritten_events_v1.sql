-- Updates or removes what is derived from the events that this transaction has rewritten, of the streams themselves and of the branches
-- that share those events: the trigger tr_mt_events_rewritten_applied. Once in a transaction: the first row takes what all have recorded.
-- What was taken has the version -v and stays until the stream is rewritten again: save_snapshot_v1 refuses a world that was read before.
-- The locks are taken in the order of an append. No branch can be forked from a stream that is locked so: a fork that is under way, which may have copied what was
-- rewritten, is waited for, and its branch follows too.
--   rows of worlds and their snapshots are removed; the next append or read writes them
--   rows of tasks are written again here, because rows of other tasks refer to them
--   summaries of runs are emptied, and written by the next read or by the daemon
--   rows of record stores are written again by the next read, because only the program can do that; until then their head has the
--   version -1 - v, where v is the last event that they stood for; the chain's head stays, so that verification finds the change
-- Result: null, which a trigger after the row ignores.
create or replace function {ledger}.apply_rewritten_events_v1()
returns trigger
language plpgsql
set enable_seqscan = off
as $function$
declare
    own text[];
    own_version bigint[];
    affected text[];
    locked text[] := '{}';
    tasks text[];
begin
    with taken as (
        update {ledger}.rewritten_event as r
        set version = -r.version
        where r.transaction = pg_current_xact_id()
          and r.version > 0
        returning r.stream, -r.version as version
    )
    select coalesce(array_agg(t.stream), '{}'), coalesce(array_agg(t.version), '{}') into own, own_version from taken as t;
    if cardinality(own) = 0 then
        return null;
    end if;

    perform pg_advisory_xact_lock_shared({ledger}.projection_key_v1(n.name))
    from (values ('ledger:world'), ('ledger:task')) as n (name);
    loop
        with recursive sharing as (
            select s.branch
            from unnest(own, own_version) as t (stream, version)
            join {ledger}.branch_segment as s on s.stream = t.stream and s.taken >= t.version
            union
            select s.branch
            from sharing as b
            join {ledger}.branch_segment as s on s.stream = b.branch
        )
        select array(select n.stream from unnest(own) as n (stream) union select b.branch::text from sharing as b) into affected;
        exit when affected <@ locked;

        perform 1 from {events}.mt_streams as t where t.id = any (affected) order by t.id collate "C" for update;
        locked := affected;
    end loop;

    delete from {ledger}.rewritten_event as r where r.stream = any (own) and r.transaction <> pg_current_xact_id();

    delete from {ledger}.world_head as h where h.stream = any (affected);
    delete from {ledger}.chrono_record as r where r.stream = any (own);
    delete from {ledger}.chrono_change as c where c.stream = any (own);
    update {ledger}.chrono_head as h set version = -1 - h.version where h.stream = any (own) and h.version > 0;

    tasks := array(select n.stream from unnest(own) as n (stream) where starts_with(n.stream, 'task:'));
    if cardinality(tasks) > 0 then
        perform {ledger}.rewrite_tasks_v1(tasks);
    end if;

    -- A snapshot that is being saved is waited for, and deleted; one that comes later finds the row of above.
    perform pg_advisory_xact_lock({ledger}.projection_key_v1('ledger:snapshot'));
    delete from {events}.mt_doc_ledger_world as d where d.id = any (affected);

    -- So is a summary that is being written from events that were read before.
    perform pg_advisory_xact_lock({ledger}.projection_key_v1('ledger:runs'));
    delete from {ledger}.run_mark as m where m.stream = any (own);
    update {ledger}.run_summary as r
    set version = 0,
        title = null,
        model = null,
        error = null,
        labels = '{}',
        state = '{}'
    where r.stream = any (affected);

    return null;
end
$function$;
