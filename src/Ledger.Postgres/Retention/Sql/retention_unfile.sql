-- Notes that the file of a stream that was left is deleted: $1 the run, $2 the stream, $3 the file.
update {ledger}.retention_stream as s
set file = null,
    file_bytes = null,
    sha256 = null
where s.run = $1
  and s.stream = $2
  and s.file = $3
  and s.state = 'left'
