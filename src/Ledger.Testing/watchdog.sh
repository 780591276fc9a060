# Removes a throw-away PostgreSQL when the process that made it has gone, however it went.
# $0 the folder of the server. Standard input is a pipe whose other end that process holds: its end is the process's end.
# Standard output is closed when everything is removed.
trap '' HUP INT TERM QUIT PIPE

# Processes of the server: each works in the folder, whose name has nothing that is special to sed.
at_work() {
    ls -l /proc/[0-9]*/cwd | sed -n "s|.* /proc/\([0-9]*\)/cwd -> $folder\(/.*\)\{0,1\}\$|\1|p"
}

clean() {
    cat > /dev/null
    folder=$(cd "$1" && pwd -P) || exit 0
    server=$(head -n 1 "$folder/data/postmaster.pid" 2> /dev/null)
    if [ -n "$server" ] && { [ ! -d /proc/self ] || at_work | grep -qx "$server"; }; then
        kill -QUIT "$server"
        tries=0
        while [ -e "$folder/data/postmaster.pid" ] && [ $tries -lt 100 ]; do
            sleep 0.05
            tries=$((tries + 1))
        done
    fi

    # What did not listen, and what was only being started.
    rounds=0
    while left=$(at_work) && [ -n "$left" ] && [ $rounds -lt 100 ]; do
        kill -KILL $left
        sleep 0.05
        rounds=$((rounds + 1))
    done

    # A server that was killed leaves its shared memory segment; line 7 of the file ends with the number.
    segment=$(sed -n '7s/.* //p' "$folder/data/postmaster.pid" 2> /dev/null)
    if [ -n "$segment" ]; then
        ipcrm -m "$segment"
    fi

    rm -rf "$folder"
}

# The watchdog must survive the death of the caller, so it detaches from it.
exec 3<&0
(clean "$0" <&3 2> /dev/null) &
