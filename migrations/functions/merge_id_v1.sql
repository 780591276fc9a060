-- The id of the event that ends a merge, a cherry-pick or a rebase into a stream: the UUID v5 of the stream's name and a number. The server
-- has no SHA-1 without an extension, so it is computed here: RFC 3174, section 6.1.
--   p_stream  the stream
--   p_number  how many of them the stream had before
-- Result: the id.
create or replace function {ledger}.merge_id_v1(p_stream text, p_number bigint)
returns uuid
language plpgsql
immutable
as $function$
declare
    mask constant bigint := 4294967295;
    message bytea := decode('2f6d9c1b7e0a4d7e8c55b1a4f0e3d962', 'hex') || convert_to(p_stream || E'\n' || p_number, 'UTF8');
    size constant integer := octet_length(message);
    h0 bigint := 1732584193;
    h1 bigint := 4023233417;
    h2 bigint := 2562383102;
    h3 bigint := 271733878;
    h4 bigint := 3285377520;
    w bigint[];
    a bigint;
    b bigint;
    c bigint;
    d bigint;
    e bigint;
    x bigint;
    hash bytea;
begin
    message := message || '\x80'::bytea || decode(repeat('00', (119 - size % 64) % 64), 'hex') || int8send(size::bigint * 8);
    for block in 0 .. octet_length(message) / 64 - 1 loop
        w := array_fill(0::bigint, array[80]);
        for t in 0 .. 15 loop
            w[t + 1] := (get_byte(message, block * 64 + t * 4)::bigint << 24)
                | (get_byte(message, block * 64 + t * 4 + 1) << 16)
                | (get_byte(message, block * 64 + t * 4 + 2) << 8)
                | get_byte(message, block * 64 + t * 4 + 3);
        end loop;

        for t in 17 .. 80 loop
            x := w[t - 3] # w[t - 8] # w[t - 14] # w[t - 16];
            w[t] := ((x << 1) | (x >> 31)) & mask;
        end loop;

        a := h0;
        b := h1;
        c := h2;
        d := h3;
        e := h4;
        for t in 1 .. 80 loop
            x := (((a << 5) | (a >> 27)) & mask) + e + w[t] + case
                when t <= 20 then ((b & c) | ((~b & mask) & d)) + 1518500249
                when t <= 40 then (b # c # d) + 1859775393
                when t <= 60 then ((b & c) | (b & d) | (c & d)) + 2400959708
                else (b # c # d) + 3395469782
            end;
            e := d;
            d := c;
            c := ((b << 30) | (b >> 2)) & mask;
            b := a;
            a := x & mask;
        end loop;

        h0 := (h0 + a) & mask;
        h1 := (h1 + b) & mask;
        h2 := (h2 + c) & mask;
        h3 := (h3 + d) & mask;
        h4 := (h4 + e) & mask;
    end loop;

    hash := substring(int8send(h0) from 5) || substring(int8send(h1) from 5) || substring(int8send(h2) from 5) || substring(int8send(h3) from 5);
    hash := set_byte(hash, 6, (get_byte(hash, 6) & 15) | 80);
    hash := set_byte(hash, 8, (get_byte(hash, 8) & 63) | 128);
    return encode(hash, 'hex')::uuid;
end
$function$;
