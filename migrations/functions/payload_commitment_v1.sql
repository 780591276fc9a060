-- The salted commitment of the seal to a content: HMAC-SHA256(salt, column, 0x00, content).
--   p_salt     the salt, at most 64 bytes
--   p_column   data, bdata or headers
--   p_content  the bytes
-- Result: 32 bytes; null if a parameter is.
create or replace function {ledger}.payload_commitment_v1(p_salt bytea, p_column text, p_content bytea)
returns bytea
language plpgsql
immutable
strict
as $function$
declare
    inner_key bytea := decode(repeat('36', 64), 'hex');
    outer_key bytea := decode(repeat('5c', 64), 'hex');
begin
    for i in 0..length(p_salt) - 1 loop
        inner_key := set_byte(inner_key, i, get_byte(p_salt, i) # 54);
        outer_key := set_byte(outer_key, i, get_byte(p_salt, i) # 92);
    end loop;

    return sha256(outer_key || sha256(inner_key || convert_to(p_column, 'UTF8') || decode('00', 'hex') || p_content));
end
$function$;
