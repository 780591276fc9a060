-- Whether the payload of an event of a record store differs from what it was only by values that masking leaves; its content is a text that has JSON.
--   p_old, p_new  the payloads
-- Result: whether it does; false for null. A text that is not JSON is an error.
create or replace function {ledger}.masks_record_v1(p_old jsonb, p_new jsonb)
returns boolean
language plpgsql
immutable
as $function$
declare
    -- jsonb takes no character 0.
    zero constant text := '(?<!\\)((?:\\\\)*)\\u0000';
begin
    return coalesce(
        {ledger}.masks_only_v1(p_old - 'text', p_new - 'text')
        and {ledger}.masks_only_v1(
            regexp_replace(p_old ->> 'text', zero, '\1\\ufffd', 'g')::jsonb,
            regexp_replace(p_new ->> 'text', zero, '\1\\ufffd', 'g')::jsonb),
        false);
end
$function$;
