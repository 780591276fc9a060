-- Names the streams of the next page of the log for pending_v2. The page is read along its index: without the settings, a log that has no
-- statistics was read whole by a bitmap and sorted.
--   p_prefix   what the names of the streams begin with
--   p_from     the sequence number before the page
--   p_ceiling  the last sequence number wanted
--   p_rows     the most events wanted
-- Result: one row: the sequence number that the page ends at, the number of its events, whether one of them shows that Marten writes here.
create or replace function {ledger}.touch_page_v1(
    p_prefix text,
    p_from bigint,
    p_ceiling bigint,
    p_rows integer,
    out reached bigint,
    out events bigint,
    out others boolean)
language plpgsql
volatile
set enable_seqscan = off
set enable_bitmapscan = off
set plan_cache_mode = force_generic_plan
as $function$
declare
    streams text[];
    lasts bigint[];
begin
    with page as materialized (
        select e.stream_id, e.version, e.seq_id, e.type
        from {events}.mt_events as e
        where e.seq_id > p_from
          and e.seq_id <= p_ceiling
        order by e.seq_id
        limit p_rows),
    stream as (
        select p.stream_id, max(p.version) as last
        from page as p
        where starts_with(p.stream_id, p_prefix)
        group by p.stream_id)
    select (select max(p.seq_id) from page as p),
           (select count(*) from page as p),
           (select coalesce(bool_or(p.type = 'tombstone'), false) from page as p),
           coalesce(array_agg(s.stream_id::text), '{}'),
           coalesce(array_agg(s.last), '{}')
    into reached, events, others, streams, lasts
    from stream as s;
    if events < p_rows then
        reached := p_ceiling;
    end if;

    perform set_config('ledger.touched', streams::text, true);
    perform set_config('ledger.touched_until', lasts::text, true);
end
$function$;
