{% macro landing_check_loaded(feed, result, path, rows) -%}
    {%- set loaded = namespace(rows=0) -%}
    {%- for row in result.rows if 'rows_loaded' in result.column_names -%}
        {%- set loaded.rows = loaded.rows + row['rows_loaded'] | int -%}
    {%- endfor -%}
    {%- if loaded.rows != rows -%}
        {%- do landing_abort(
            feed.name ~ ': the unload wrote ' ~ rows ~ ' rows, COPY INTO found ' ~ loaded.rows
            ~ ' at ' ~ path ~ '. Nothing was landed; start a new run.'
        ) -%}
    {%- endif -%}
{%- endmacro %}
