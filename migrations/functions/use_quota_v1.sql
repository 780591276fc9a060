-- Adds to what a log with a quota has. A transaction counts in a row that no other one holds, and waits for none: it sees what was committed and what it has written
-- itself, so that transactions that are open at once can pass the quota together, each by what it writes.
--   p_events, p_bytes, p_runs  how many more; less than zero for fewer
--   p_refuses                  whether more than the quota is refused
-- Result: none; LG060 with the kind as its column if it is refused.
create or replace function {ledger}.use_quota_v1(p_events bigint, p_bytes bigint, p_runs bigint, p_refuses boolean)
returns void
language plpgsql
volatile
set enable_seqscan = off
set jit = off
as $function$
declare
    -- 64 rows are there from the beginning, of which a session prefers one; further ones are made where all are held.
    last constant uuid := '00000000-0000-0000-0000-00000000003f';
    preferred constant uuid := ('00000000-0000-0000-0000-' || lpad(to_hex(pg_backend_pid() % 64), 12, '0'))::uuid;
    own uuid;
    has record;
    broken record;
begin
    if p_events = 0 and p_bytes = 0 and p_runs = 0 then
        return;
    end if;

    -- A snapshot of a whole transaction may not change a row that others have changed since.
    if current_setting('transaction_isolation') = 'read committed' then
        update {ledger}.quota_used as u
        set events = u.events + p_events,
            bytes = u.bytes + p_bytes,
            runs = u.runs + p_runs
        where u.slot = (select s.slot from {ledger}.quota_used as s where s.slot = preferred for update skip locked)
        returning u.slot into own;
        if own is null then
            update {ledger}.quota_used as u
            set events = u.events + p_events,
                bytes = u.bytes + p_bytes,
                runs = u.runs + p_runs
            where u.slot = (select s.slot from {ledger}.quota_used as s order by s.slot limit 1 for update skip locked)
            returning u.slot into own;
        end if;
    end if;

    if own is null then
        own := gen_random_uuid();
        insert into {ledger}.quota_used (slot, events, bytes, runs) values (own, p_events, p_bytes, p_runs);
    end if;

    select sum(u.events) as events, sum(u.bytes) as bytes, sum(u.runs) as runs, count(*) as slots into has from {ledger}.quota_used as u;
    if p_refuses then
        select q.kind, q.most, v.has, v.more
        into broken
        from {ledger}.quota as q
        join (values ('events', has.events, p_events), ('bytes', has.bytes, p_bytes), ('runs', has.runs, p_runs)) as v (kind, has, more) on v.kind = q.kind
        where v.more > 0
          and v.has > q.most
        order by q.kind
        limit 1;
        if found then
            raise exception 'The quota of % is %: the log has %, and % more would pass it. Nothing was written',
                case broken.kind when 'bytes' then 'bytes of payload' when 'runs' then 'open runs' else 'events' end,
                broken.most,
                broken.has - broken.more,
                broken.more
                using errcode = 'LG060', column = broken.kind;
        end if;
    end if;

    -- What many have left is put together; by a transaction with a snapshot, which must not meet rows that others have changed since, now and then.
    if has.slots > 128 and (current_setting('transaction_isolation') = 'read committed' or random() < 0.25) then
        begin
            with gone as (
                delete from {ledger}.quota_used as u
                where u.slot in (select s.slot from {ledger}.quota_used as s where s.slot > last and s.slot <> own order by s.slot limit 64 for update skip locked)
                returning u.events, u.bytes, u.runs)
            update {ledger}.quota_used as u
            set events = u.events + g.events,
                bytes = u.bytes + g.bytes,
                runs = u.runs + g.runs
            from (select sum(n.events) as events, sum(n.bytes) as bytes, sum(n.runs) as runs from gone as n having count(*) > 0) as g
            where u.slot = own;
        exception
            when serialization_failure then
                -- Another one has put them together.
                null;
        end;
    end if;
end
$function$;
