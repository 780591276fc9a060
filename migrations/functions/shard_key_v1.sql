-- The key of the advisory lock that a shard's owner holds as long as its session lasts.
--   p_shard  the shard's name
-- Result: the key.
create or replace function {ledger}.shard_key_v1(p_shard text)
returns bigint
language sql
{immutable}
as $function$
    select hashtextextended({ledger_text} || '.shard.' || p_shard{tenant_suffix}, 0)
$function$;
