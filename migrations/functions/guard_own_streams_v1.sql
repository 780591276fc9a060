-- Refuses an append to the streams by which Ledger says what was masked and what retention has removed, unless it is Ledger's own: its functions say so for the
-- transaction (ledger.saying), and the role may rewrite events, as the operator may. Where functions of appends run as their owner, the role is that of their caller.
--   p_streams  the streams of the append
-- Result: none; LG032 if it is refused.
create or replace function {ledger}.guard_own_streams_v1(p_streams text[])
returns void
language plpgsql
stable
as $function$
declare
    own text;
begin
    select n.name into own from unnest(p_streams) as n (name) where starts_with(n.name, 'masked:') or starts_with(n.name, 'retention:') limit 1;
    if own is null
        or current_setting('ledger.saying', true) = 'yes'
            and has_any_column_privilege(
                coalesce(nullif(current_setting('role', true), 'none'), session_user), to_regclass(quote_ident({events_text}) || '.mt_events'), 'update')
    then
        return;
    end if;

    raise exception 'Stream ''%'' is written by Ledger alone: it says what was masked or what retention has removed. Nothing was written', own
        using errcode = 'LG032';
end
$function$;
