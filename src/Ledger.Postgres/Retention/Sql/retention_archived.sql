-- Notes that the archive of a stream is complete, a row if it is the one that was named last: $1 the run, $2 the stream, $3 the file, $4 its bytes, $5 its SHA-256, $6 what had been masked and rewritten.
update {ledger}.retention_stream as s
set state = 'archived',
    file_bytes = $4,
    sha256 = $5,
    mark = $6
where s.run = $1
  and s.stream = $2
  and s.state = 'planned'
  and s.file = $3
returning s.state
