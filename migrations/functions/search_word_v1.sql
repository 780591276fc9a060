-- The key of a whole word in the index of the search: of the type of an event, of its actor, of a called tool, or of an object.
--   p_word   the word
--   p_first  the first key of its kind: 64000 for types, 64768 for names
-- Result: the key; other words may have the same one.
create or replace function {ledger}.search_word_v1(p_word text, p_first integer)
returns smallint
language sql
immutable
as $function$
    select (p_first + (get_byte(h.hash, 0) * 256 + get_byte(h.hash, 1)) % 768 - 32768)::smallint
    from (select sha256(convert_to(p_word, 'UTF8')) as hash) as h
$function$;
