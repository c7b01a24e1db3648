{% macro landing_use_role(role=env_var('SNOWFLAKE_LOADER_ROLE', '')) -%}
    {#- The local server has no roles. -#}
    {%- if role and target.account != 'local' -%}
        {%- do run_query('use role ' ~ role) -%}
        {#- The privileges of the user's other roles would be added to those of this one. -#}
        {%- do run_query('use secondary roles none') -%}
    {%- endif -%}
{%- endmacro %}
