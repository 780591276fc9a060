-- Takes the locks of a masking in the order of an append, before it writes anything: of projections, then of the streams of the events, of the branches that share
-- these, and of the streams that say what was masked. No branch can be forked from a stream that is locked so: a fork that is under way is waited for, and its branch is
-- locked too, because it may have copied what is to be masked. Such a branch comes out of the order, so that it is not waited for: where another transaction has it already, this one is to
-- begin again (40001), and finds it among the first. From here on the transaction may append to the streams that say what was masked.
--   p_seq, p_id, p_stream  the events: their numbers, ids and streams
--   p_notes                the streams of the events event.masked
--   p_projections          the projections that follow an append of these
-- Result: nothing.
create or replace function {ledger}.lock_masked_v1(p_seq bigint[], p_id uuid[], p_stream text[], p_notes text[], p_projections text[])
returns void
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    affected text[];
    locked text[] := '{}';
begin
    perform pg_advisory_xact_lock_shared({ledger}.projection_key_v1(n.name))
    from unnest(p_projections || array['ledger:world', 'ledger:task']) as n (name);

    loop
        with recursive own as (
            select n.stream, coalesce(e.version, a.version) as version
            from unnest(p_seq, p_id, p_stream) as n (seq, id, stream)
            left join {events}.mt_events as e on e.seq_id = n.seq
            left join {ledger}.chrono_archive as a on a.id = n.id
        ),
        sharing as (
            select s.branch
            from own as o
            join {ledger}.branch_segment as s on s.stream = o.stream and s.taken >= o.version
            union
            select s.branch
            from sharing as b
            join {ledger}.branch_segment as s on s.stream = b.branch
        )
        select array(select o.stream from own as o union select b.branch from sharing as b union select n.stream from unnest(p_notes) as n (stream)) into affected;
        exit when affected <@ locked;

        if cardinality(locked) = 0 then
            perform 1 from {events}.mt_streams as t where t.id = any (affected) order by t.id collate "C" for update;
        else
            begin
                perform 1 from {events}.mt_streams as t where t.id = any (affected) order by t.id collate "C" for update nowait;
            exception
                when lock_not_available then
                    raise exception 'A branch was forked meanwhile, and another transaction has it. Begin again' using errcode = '40001';
            end;
        end if;

        locked := affected;
    end loop;

    perform set_config('ledger.saying', 'yes', true);
end
$function$;
