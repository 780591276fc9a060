-- The keys by which the index of the search finds a text: a number for each three letters or digits that follow each other, in lower case, with every byte above
-- 127 as one of them. A program that indexes events computes the same ones; keys of types and actors are above those of texts.
--   p_text  the text
-- Result: the keys, at most 20 of them; empty where the text has no three letters in a row.
create or replace function {ledger}.search_keys_v1(p_text text)
returns smallint[]
language sql
immutable
as $function$
    with bytes as (
        select b.place,
               get_byte(t.text, b.place) as code
        from (select convert_to(lower(p_text collate "C"), 'UTF8') as text) as t
        cross join lateral generate_series(0, length(t.text) - 1) as b (place)
    ),
    symbols as (
        select b.place,
               case
                   when b.code between 97 and 122 then b.code - 97
                   when b.code between 48 and 57 then b.code - 48 + 26
                   when b.code >= 128 then b.code % 40
               end as symbol
        from bytes as b
    ),
    keys as (
        select distinct (a.symbol * 1600 + b.symbol * 40 + c.symbol - 32768)::smallint as key
        from symbols as a
        join symbols as b on b.place = a.place + 1
        join symbols as c on c.place = a.place + 2
        where a.symbol is not null
          and b.symbol is not null
          and c.symbol is not null
    )
    select coalesce(array_agg(k.key), '{}')
    from (select n.key from keys as n order by n.key limit 20) as k
$function$;
