{% macro landing_report(feed, run) -%}
    {%- set lines = landing_lines_of_run(feed, run) -%}
    {%- set not_landed = {
        'refused': ' was refused: ', 'postponed': ' waits for the next run: ',
        'lost': ' did not arrive, the next run stages it again: ',
    } -%}
    {%- set faults = [] -%}
    {%- set total = namespace(parsed=0, loaded=0, rejected=0) -%}
    {%- for file, state, parsed, loaded, rejected, first_error, is_corrected in lines -%}
        {%- if state in not_landed -%}
            {%- if not is_corrected -%}
                {%- do faults.append(file ~ not_landed[state] ~ first_error) -%}
            {%- endif -%}
        {%- else -%}
            {%- set total.parsed = total.parsed + parsed | int -%}
            {%- set total.loaded = total.loaded + loaded | int -%}
            {%- set total.rejected = total.rejected + rejected | int -%}
            {%- if rejected | int -%}
                {%- set text = file ~ ': ' ~ rejected ~ ' of ' ~ parsed ~ ' rows rejected; ' ~ first_error -%}
                {%- do print(feed.name ~ ': ' ~ text) -%}
                {%- if not is_corrected and landing_over_limit(feed, parsed | int, rejected | int) -%}
                    {%- do faults.append(text) -%}
                {%- endif -%}
            {%- endif -%}
        {%- endif -%}
    {%- endfor -%}
    {%- do print(
        feed.name ~ ': ' ~ lines | length ~ ' files, ' ~ total.parsed ~ ' rows parsed, ' ~ total.loaded
        ~ ' loaded, ' ~ total.rejected ~ ' rejected.') -%}
    {%- if faults -%}
        {%- set more = ['and ' ~ (faults | length - 20) ~ ' more'] if faults | length > 20 else [] -%}
        {{ exceptions.raise_compiler_error(
            'LANDING ' ~ feed.name ~ ': all that could be landed is landed, but ' ~ faults | length
            ~ ' of ' ~ lines | length ~ ' files need a look:\n  ' ~ (faults[:20] + more) | join('\n  ')
            ~ '\nRejected rows are in ' ~ feed.schema ~ ".QUARANTINE where feed = '" ~ feed.name ~ "'."
        ) }}
    {%- endif -%}
{%- endmacro %}
