{% macro landing_pattern(type) -%}
    {%- if type.startswith('number') -%}
        {%- set digits, scale = type.strip('number()').split(',') | map('trim') | map('int') -%}
        {{ return('[+-]?0*[0-9]{0,' ~ (digits - scale) ~ '}([.][0-9]{0,' ~ scale ~ '}0*)?') }}
    {%- elif type == 'float' -%}
        {{ return('[+-]?[0-9]*[.]?[0-9]*([eE][+-]?[0-9]+)?') }}
    {%- elif type == 'date' -%}
        {{ return('[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]00:00:00([.]0*)?)?') }}
    {%- elif type.startswith('timestamp') -%}
        {%- set time = '[0-9]{2}:[0-9]{2}(:[0-9]{2}([.][0-9]{0,6}0*)?)?' -%}
        {{ return('[0-9]{4}-[0-9]{2}-[0-9]{2}([T ]' ~ time ~ '(Z|[+]00:00)?)?') }}
    {%- elif type != 'boolean' -%}
        {{ exceptions.raise_compiler_error(type ~ ' is not a type that a landing block may use.') }}
    {%- endif -%}
{%- endmacro %}
