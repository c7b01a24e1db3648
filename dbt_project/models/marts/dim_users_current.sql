{{ config(materialized='view') }}

with

users as (

    select * from {{ ref('dim_users') }}

),

current_users as (

    select
        user_id,
        user_key,
        {{ user_texts() }},
        age,
        version_number,
        is_active,
        is_unknown,
        registration_date,
        first_registration_date

    from users

    where is_current

)

select * from current_users
