# Sourced by bin/test and .ci/run: runs named steps, times them and sums up. Not a command of its own.
# shellcheck shell=bash

step_lines=()
step_failures=0
step_absences=0

# step NAME PATHS COMMAND…: run the command unless one of the paths (space-separated, wildcards allowed) is missing.
step() {
    local name=$1 paths=$2 pattern before seconds
    shift 2
    for pattern in $paths; do
        if [[ ! -e $pattern ]]; then
            printf '\n== %s: absent（缺 %s）\n' "$name" "$pattern"
            step_lines+=("$(printf 'absent %7s   %s' "" "$name（缺 $pattern）")")
            step_absences=$((step_absences + 1))
            return 0
        fi
    done
    printf '\n== %s\n' "$name"
    before=${EPOCHREALTIME/[^0-9]/}
    if "$@"; then
        local verdict='ok    '
    else
        local verdict='FAILED'
        step_failures=$((step_failures + 1))
    fi
    seconds=$(((${EPOCHREALTIME/[^0-9]/} - before) / 100000))
    step_lines+=("$(printf '%s %5d.%d s   %s' "$verdict" $((seconds / 10)) $((seconds % 10)) "$name")")
}

# summarise TITLE: print one line per step; status 1 if any failed.
summarise() {
    printf '\n==== %s\n' "$1"
    printf '%s\n' "${step_lines[@]}"
    if ((step_failures > 0)); then
        printf '%d 步未通过 / %d of %d steps failed' "$step_failures" "$step_failures" "${#step_lines[@]}"
    else
        printf '全部通过 / all passed'
    fi
    if ((step_absences > 0)); then
        printf '，%d 步缺少对象 / %d absent' "$step_absences" "$step_absences"
    fi
    printf '\n'
    ((step_failures == 0))
}
