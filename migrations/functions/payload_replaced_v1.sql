-- Whether another program has replaced the payload or headers of an event, so that they are no longer as the seal has committed to them, or as the last masking left them; also
-- where that can no longer be told, because a salt was deleted before any masking. Before an event is sealed, and where there is no seal, that is not known.
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
            from {ledger}.seal_leaf as l
            where l.seq = p_seq
              and (l.data_salt is null or l.headers_salt is null)
              and not exists (select from {ledger}.masked_event as m where m.seq = p_seq))
        or exists (
            select
            from {ledger}.masked_event as m
            join {events}.mt_events as n on n.id = m.masked_by
            join {ledger}.provable_event as e on e.seq_id = m.seq
            left join {ledger}.seal_leaf as l on l.seq = m.seq and l.headers_salt is null
            where m.seq = p_seq
              and (e.bdata is not null
                  or (n.data ->> 'commitment') is distinct from encode({ledger}.payload_commitment_v1(m.salt, 'data', convert_to(e.data::text, 'UTF8')), 'base64')
                  or (n.data ? 'headers_commitment' or l.seq is not null)
                      and (n.data ->> 'headers_commitment')
                          is distinct from encode({ledger}.payload_commitment_v1(m.salt, 'headers', convert_to(e.headers::text, 'UTF8')), 'base64')))
$function$;
