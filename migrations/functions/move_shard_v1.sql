-- Moves the progress of a shard. Fails if it is not where the caller believes, because then another node owns the shard. The commit does
-- not wait for the disk: a crash loses the progress and what belongs to it together.
--   p_shard  the shard's name
--   p_from   where its progress must be
--   p_to     where it is moved to
-- Result: none.
create or replace function {ledger}.move_shard_v1(p_shard text, p_from bigint, p_to bigint)
returns void
language plpgsql
volatile
set enable_seqscan = off
as $function$
begin
    perform set_config('synchronous_commit', 'off', true);
    update {events}.mt_event_progression as p
    set last_seq_id = p_to,
        last_updated = clock_timestamp()
    where p.name = p_shard
      and p.last_seq_id = p_from;
    if not found then
        raise exception 'another node has moved shard % on from %', p_shard, p_from using errcode = 'LG012';
    end if;
end
$function$;
