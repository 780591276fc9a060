-- Whether another program has replaced the payload or headers of an event, so that they are no longer as the seal has committed to them, or as the last masking left them. Before an
-- event is sealed, and where there is no seal, that is not known.
--   p_seq  the event's number
-- Result: whether one has.
create or replace function {ledger}.payload_replaced_v1(p_seq bigint)
returns boolean
language sql
stable
as $function$
    select exists (select from {ledger}.rewritten_payload as r where r.seq = p_seq)
        or exists (
            select
            from {ledger}.masked_event as m
            join {events}.mt_events as n on n.id = m.masked_by
            join {ledger}.provable_event as e on e.seq_id = m.seq
            where m.seq = p_seq
              and (n.data ->> 'commitment') is distinct from encode({ledger}.payload_commitment_v1(m.salt, 'data', convert_to(e.data::text, 'UTF8')), 'base64'))
$function$;
