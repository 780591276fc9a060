-- Leaves a stream as it is: $1 the run, $2 the stream, $3 why.
update {ledger}.retention_stream as s
set state = 'left',
    reason = $3
where s.run = $1
  and s.stream = $2
  and s.state in ('planned', 'archived')
