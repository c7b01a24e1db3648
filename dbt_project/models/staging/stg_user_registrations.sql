with

source as (

    select * from {{ source('raw', 'user_registrations') }}

),

renamed as (

    select

        ---------- ids
        user_id,

        ---------- text
        nullif(trim(first_name), '') as first_name,
        nullif(trim(last_name), '') as last_name,
        lower(nullif(trim(email), '')) as email,
        lower(nullif(trim(income_bracket), '')) as income_bracket,
        lower(nullif(trim(customer_tier), '')) as customer_tier,
        lower(nullif(trim(risk_profile), '')) as risk_profile,
        nullif(trim(city), '') as city,
        nullif(trim(state), '') as state,
        nullif(trim(country), '') as country,
        nullif(trim(preferred_categories), '') as preferred_categories,
        lower(nullif(trim(source_system), '')) as source_system,

        ---------- numerics
        age,

        ---------- booleans
        is_active,

        ---------- dates
        registration_date,

        ---------- lineage
        ingested_at as landed_at,
        source_file,
        source_row

    from source

)

select * from renamed
