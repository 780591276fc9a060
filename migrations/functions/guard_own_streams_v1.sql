-- Refuses an append to the streams by which Ledger says what was masked and what was removed, unless it is Ledger's own. Its functions for masking say so for the transaction
-- (ledger.saying), and the role may rewrite events, as the operator may: such an event alone explains nothing, which takes a row of masked_event too. Its functions for retention
-- and compaction, whose events explain what is gone, name the stream in ledger.rewritten_event with the version 0 while they append, which no role but the owner of the tables
-- can. Where functions of appends run as their owner, the role is that of their caller.
--   p_streams  the streams of the append
-- Result: none; LG032 if it is refused.
create or replace function {ledger}.guard_own_streams_v1(p_streams text[])
returns void
language plpgsql
volatile
set enable_seqscan = off
as $function$
declare
    own text;
begin
    select n.name
    into own
    from unnest(p_streams) as n (name)
    where starts_with(n.name, 'masked:')
      and not (
        coalesce(current_setting('ledger.saying', true), '') = 'yes'
        and has_any_column_privilege(
            coalesce(nullif(current_setting('role', true), 'none'), session_user), to_regclass(quote_ident({events_text}) || '.mt_events'), 'update'))
       or starts_with(n.name, 'retention:')
      and not exists (
        select
        from {ledger}.rewritten_event as r
        where r.transaction = pg_current_xact_id()
          and r.stream = n.name
          and r.version = 0)
    limit 1;
    if own is null then
        return;
    end if;

    raise exception 'Stream ''%'' is written by Ledger alone: it says what was masked or what was removed. Nothing was written', own
        using errcode = 'LG032';
end
$function$;
