{% macro landing_value(feed, raw, type) -%}
    {%- set type = type | lower -%}
    {%- if type == 'text' -%}
        {{ return(raw if landing_is_stream(feed) else 'nullif(' ~ raw ~ ", '')") }}
    {%- endif -%}
    {%- set text = 'trim(' ~ raw ~ ')' -%}
    {%- if type.startswith('timestamp') -%}
        {%- set text = "left(replace(replace(" ~ text ~ ", 'Z', ''), '+00:00', ''), 26)" -%}
    {%- elif type == 'date' -%}
        {%- set text = 'left(' ~ text ~ ', 10)' -%}
    {%- endif -%}
    {{ return('try_cast(' ~ text ~ ' as ' ~ type ~ ')') }}
{%- endmacro %}
