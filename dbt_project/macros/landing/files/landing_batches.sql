{% macro landing_batches(files, size) -%}
    {%- set batches = [] -%}
    {%- set last = namespace(paths=0) -%}
    {%- for file in files -%}
        {%- if not batches or last.paths + file.paths | length > size -%}
            {%- do batches.append([]) -%}
            {%- set last.paths = 0 -%}
        {%- endif -%}
        {%- do batches[-1].append(file) -%}
        {%- set last.paths = last.paths + file.paths | length -%}
    {%- endfor -%}
    {{ return(batches) }}
{%- endmacro %}
