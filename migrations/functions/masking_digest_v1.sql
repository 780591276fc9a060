-- A digest of a masking, by which its row is known again: the row leads to one event.masked, and with the salt to one payload. The salt does not follow from it.
--   p_seq, p_masked_by, p_salt  the columns of masked_event
-- Result: the SHA-256 in base64.
create or replace function {ledger}.masking_digest_v1(p_seq bigint, p_masked_by uuid, p_salt bytea)
returns text
language sql
immutable
as $function$
    select encode(sha256(int8send(p_seq) || uuid_send(p_masked_by) || p_salt), 'base64')
$function$;
