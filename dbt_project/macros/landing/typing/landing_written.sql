{% macro landing_written(type) -%}
    {%- set examples = {
        'number': '1234.50', 'date': '2026-12-31', 'timestamp_ntz': '2026-12-31T23:59:59Z', 'boolean': 'true',
    } -%}
    {%- set example = examples.get((type | lower).split('(')[0]) -%}
    {{ return(', written ' ~ example if example else '') }}
{%- endmacro %}
