{% macro landing_set_lost(feed, lost, buffer, run) -%}
    {%- for file in lost -%}
        {#- A file with the same content counted as landed with this one. -#}
        {%- set sql -%}
            update {{ feed.schema }}.LANDED_FILES set
                state = 'lost', first_error = {{ landing_literal(file.reason) }}, landing_run = {{ landing_literal(run) }}
            where feed = {{ landing_literal(feed.name) }} and content_key = {{ landing_literal(file.key) }}
                and state in ('staged', 'duplicate')
        {%- endset -%}
        {%- do run_query(sql) -%}
        {%- do run_query(
            'delete from ' ~ buffer ~ ' where ' ~ landing_content_key('file') ~ ' = ' ~ landing_literal(file.key)
        ) -%}
    {%- endfor -%}
{%- endmacro %}
