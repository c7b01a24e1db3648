{% macro landing_set_lost(feed, lost, buffer, run) -%}
    {%- for file in lost -%}
        {%- set changes -%}
            state = 'lost', first_error = {{ landing_literal(file.reason) }}, landing_run = {{ landing_literal(run) }}
        {%- endset -%}
        {%- do run_query('update ' ~ landing_staged_lines(feed, landing_in_list([file.key]), changes=changes)) -%}
        {%- do run_query(
            'delete from ' ~ buffer ~ ' where ' ~ landing_content_key('file') ~ ' = ' ~ landing_literal(file.key)
        ) -%}
    {%- endfor -%}
{%- endmacro %}
