-- Whether a legal hold keeps a stream: one on itself, on a stream that it was forked from at any depth, or on a label of its own.
--   p_stream  the stream
-- Result: whether it is held.
create or replace function {ledger}.retention_held_v1(p_stream text)
returns boolean
language sql
stable
set enable_seqscan = off
set jit = off
as $function$
    select exists (select from {ledger}.retention_hold)
        and (exists (select from {ledger}.retention_hold as h where h.target = p_stream)
            or exists (
                with recursive ancestor as (
                    select b.parent from {ledger}.branch as b where b.stream = p_stream
                    union
                    select b.parent from ancestor as a join {ledger}.branch as b on b.stream = a.parent
                )
                select from ancestor as a join {ledger}.retention_hold as h on h.target = a.parent)
            or exists (
                select
                from {ledger}.run_summary as r
                cross join lateral unnest(r.labels) as l (name)
                join {ledger}.retention_hold as h on h.target = 'label:' || l.name
                where r.stream = p_stream))
$function$;
