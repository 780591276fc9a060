-- The streams that the last append of this transaction wrote, or that touch_v1, touch_until_v1 or touch_page_v1 named.
-- The names come in the transaction-local settings ledger.touched and ledger.touched_until, not as a parameter: an append and the
-- statements of its projections are sent in one round trip, and only the append knows which of the streams it wrote. A parameter would
-- need its answer first, and with it a second round trip while the streams are locked.
-- Result: a row for each stream: its name, and the last version to apply.
create or replace function {ledger}.touched_v1()
returns table (stream text, last bigint)
language sql
stable
rows 10
as $function$
    select n.stream, coalesce(n.last, 9223372036854775807)
    from unnest(
        coalesce(nullif(current_setting('ledger.touched', true), ''), '{}')::text[],
        coalesce(nullif(current_setting('ledger.touched_until', true), ''), '{}')::bigint[]) as n (stream, last)
$function$;
