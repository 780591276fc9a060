-- Keeps what the seal has committed to of a payload that is being replaced, as the old row alone says it. A seal that is being extended is waited for, and
-- waits, so that it commits to the payload before or after and to no other. The commitments that were kept first stay. The one row of seal_head has no index that is looked at, and without
-- sequential scans that is dear enough for the server to compile the statement: 24 ms for each event.
--   p_seq      the event's number
--   p_stream   its stream
--   p_data, p_bdata, p_headers  what it had; null for what is not replaced
-- Result: nothing.
create or replace function {ledger}.keep_commitments_v1(p_seq bigint, p_stream text, p_data jsonb, p_bdata bytea, p_headers jsonb)
returns void
language plpgsql
volatile
set enable_seqscan = off
set jit = off
as $function$
begin
    perform 1 from {ledger}.seal_head as h for share;
    insert into {ledger}.rewritten_payload as r (seq, stream, data_commitment, bdata_commitment, headers_commitment)
    select p_seq,
           p_stream,
           {ledger}.payload_commitment_v1(l.data_salt, 'data', convert_to(p_data::text, 'UTF8')),
           {ledger}.payload_commitment_v1(l.data_salt, 'bdata', p_bdata),
           {ledger}.payload_commitment_v1(l.headers_salt, 'headers', convert_to(p_headers::text, 'UTF8'))
    from {ledger}.seal_leaf as l
    where l.seq = p_seq
      and (l.data_salt is not null or l.headers_salt is not null)
    on conflict ({tenant_key}seq) do update
    set data_commitment = coalesce(r.data_commitment, excluded.data_commitment),
        bdata_commitment = case when r.data_commitment is null then excluded.bdata_commitment else r.bdata_commitment end,
        headers_commitment = coalesce(r.headers_commitment, excluded.headers_commitment);
end
$function$;
