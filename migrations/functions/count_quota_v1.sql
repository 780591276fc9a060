-- Counts the events that a statement has added, removed or changed in a log with a quota, and refuses more than that allows; see use_quota_v1. What Ledger says about
-- masking and retention is counted and not refused, because a full log must be able to forget. Its triggers are made with the first quota of a schema, and it runs with
-- the rights of its owner from then on: who appends needs none to what counts.
-- Result: none.
create or replace function {ledger}.count_quota_v1()
returns trigger
language plpgsql
volatile
set enable_seqscan = off
set jit = off
as $function$
declare
    has_bytes constant boolean := (select bool_or(q.kind = 'bytes') from {ledger}.quota as q);
    more_events bigint := 0;
    more_bytes bigint := 0;
    is_own boolean := true;
begin
    if has_bytes is null then
        return null;
    end if;

    if tg_op = 'INSERT' then
        select count(*),
               coalesce(sum(octet_length(a.data::text) + coalesce(octet_length(a.headers::text), 0)) filter (where has_bytes), 0),
               coalesce(bool_and(starts_with(a.stream_id, 'masked:') or starts_with(a.stream_id, 'retention:')), true)
        into more_events, more_bytes, is_own
        from added as a;
    elsif tg_op = 'DELETE' then
        select -count(*),
               -coalesce(sum(octet_length(r.data::text) + coalesce(octet_length(r.headers::text), 0)) filter (where has_bytes), 0)
        into more_events, more_bytes
        from removed as r;
    elsif has_bytes then
        select coalesce(sum(c.bytes), 0)
        into more_bytes
        from (
            select octet_length(a.data::text) + coalesce(octet_length(a.headers::text), 0) as bytes from added as a
            union all
            select -(octet_length(r.data::text) + coalesce(octet_length(r.headers::text), 0)) from removed as r) as c;
    end if;

    perform {ledger}.use_quota_v1(more_events, more_bytes, 0, not is_own);
    return null;
end
$function$;
