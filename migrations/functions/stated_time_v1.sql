-- The time that an event states of itself.
--   p_text  the header occurred_at, or null
-- Result: the time; null for none, and for one that no calendar has, which a cast would refuse.
create or replace function {ledger}.stated_time_v1(p_text text)
returns timestamptz
language sql
stable
parallel safe
as $function$
    select case
        when p_text ~ '^(([0-9][0-9](0[48]|[2468][048]|[13579][26])|2000)-02-29|(?!0000)[0-9]{4}-((0[1-9]|1[0-2])-(0[1-9]|1[0-9]|2[0-8])|(0[13-9]|1[0-2])-(29|30)|(0[13578]|1[02])-31))T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])$' then
            p_text::timestamptz
    end
$function$;
