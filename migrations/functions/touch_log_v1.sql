-- Reads the next page of the log for a projection, names its streams for pending_v2, and moves the shard to its end. No other transaction
-- writes the projection until this one ends.
--   p_shard, p_from              the shard and where its progress must be
--   p_projection                 the projection's name
--   p_prefix, p_ceiling, p_rows  as for touch_page_v1
-- Result: as for touch_page_v1.
create or replace function {ledger}.touch_log_v1(
    p_shard text,
    p_from bigint,
    p_projection text,
    p_prefix text,
    p_ceiling bigint,
    p_rows integer,
    out reached bigint,
    out events bigint,
    out others boolean)
language plpgsql
volatile
as $function$
begin
    perform pg_advisory_xact_lock({ledger}.projection_key_v1(p_projection));
    select p.reached, p.events, p.others
    into strict reached, events, others
    from {ledger}.touch_page_v1(p_prefix, p_from, p_ceiling, p_rows) as p;
    perform {ledger}.move_shard_v1(p_shard, p_from, reached);
end
$function$;
