{% macro landing_insert_replayed(feed, buffer, run) -%}
    {%- set origin = {'landing_run': landing_literal(run)} -%}
    {%- if landing_is_stream(feed) -%}
        {%- do origin.update({'airflow_ingested_at': landing_now(), 'source_database': 'b.source_content_key'}) -%}
    {%- else -%}
        {%- do origin.update({
            'source_file': 'b.source_file', 'ingested_at': landing_now(),
            'source_content_key': 'b.source_content_key', 'source_row': 'b.source_row',
        }) -%}
    {%- endif -%}
    {%- set names = landing_delivered_names(feed) + origin.keys() | list -%}
    {%- set selected = [] -%}
    {%- for value in landing_values(feed) + origin.values() | list -%}
        {%- do selected.append(value ~ ' as ' ~ names[loop.index0]) -%}
    {%- endfor -%}
    {%- set sql -%}
        insert into {{ landing_table(feed) }} ({{ names | join(', ') }})
        select n.{{ names | join(', n.') }}
        from (select {{ selected | join(', ') }} from {{ buffer }} b where not {{ landing_is_bad(feed) }}) n
        {%- if landing_is_stream(feed) %}
        {#- A resync may have landed it meanwhile, because the view delivers it correctly now. #}
        where not exists (
            select 1 from {{ landing_table(feed) }} r where {{ landing_same_version(feed, 'r', 'n') }}
        )
        {%- endif %}
    {%- endset -%}
    {{ return(landing_scalar(sql)) }}
{%- endmacro %}
