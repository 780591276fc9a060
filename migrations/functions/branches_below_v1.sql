-- The branches that were forked from a run or branch, from those, and so on. A function, because the estimate of a recursion in a statement grows with the number of
-- all branches, until the server compiles the statement first, which takes longer than to answer it.
--   p_stream  the run or branch
-- Result: the name of each.
create or replace function {ledger}.branches_below_v1(p_stream text)
returns setof text
language plpgsql
stable
rows 10
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set jit = off
as $function$
begin
    return query
    with recursive below as (
        select b.stream
        from {ledger}.branch as b
        where b.parent = p_stream
        union all
        select b.stream
        from below as d
        join {ledger}.branch as b on b.parent = d.stream)
    select d.stream::text
    from below as d;
end
$function$;
