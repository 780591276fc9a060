-- A page of the records of a record store. The settings are for a store that grew after it was analysed: other plans read all of it.
--   p_stream                    the store's stream
--   p_after                     the ordinal before the page
--   p_count                     the most records wanted
--   p_kind, p_status, p_least   what the records must have, as the columns for filters have it, each null for any; NaN passes p_least
-- Result: the records, in the order of first insertion.
create or replace function {ledger}.chrono_records_v1(
    p_stream text,
    p_after bigint,
    p_count integer,
    p_kind text,
    p_status text,
    p_least double precision)
returns setof {ledger}.chrono_record
language plpgsql
stable
rows 1000
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
as $function$
begin
    if p_kind is null then
        return query
        select r.*
        from {ledger}.chrono_record as r
        where r.stream = p_stream
          and r.ordinal > p_after
          and (p_status is null or r.status = p_status)
          and (p_least is null or r.confidence >= p_least)
        order by r.stream, r.ordinal
        limit p_count;
    elsif p_status is not null then
        return query
        select r.*
        from {ledger}.chrono_record as r
        where r.stream = p_stream
          and r.kind = p_kind
          and r.status = p_status
          and r.ordinal > p_after
          and (p_least is null or r.confidence >= p_least)
        order by r.stream, r.kind, r.status, r.ordinal
        limit p_count;
    else
        -- The statuses that there are, one after the other, and of each as many as a page can take.
        return query
        with recursive found as (
            (select r.status
             from {ledger}.chrono_record as r
             where r.stream = p_stream and r.kind = p_kind
             order by r.stream, r.kind, r.status
             limit 1)
            union all
            select (
                select r.status
                from {ledger}.chrono_record as r
                where r.stream = p_stream and r.kind = p_kind and r.status > f.status
                order by r.stream, r.kind, r.status
                limit 1)
            from found as f
            where f.status is not null)
        select page.*
        from found as f
        cross join lateral (
            select r.*
            from {ledger}.chrono_record as r
            where r.stream = p_stream
              and r.kind = p_kind
              and r.status = f.status
              and r.ordinal > p_after
              and (p_least is null or r.confidence >= p_least)
            order by r.stream, r.kind, r.status, r.ordinal
            limit p_count) as page
        where f.status is not null
        order by page.ordinal
        limit p_count;
    end if;
end
$function$;
