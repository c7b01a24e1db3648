with

source as (

    select * from {{ source('raw', 'user_registrations') }}

),

renamed as (

    select

        ---------- ids
        user_id,

        ---------- text
        first_name,
        last_name,
        lower(email) as email,
        income_bracket,
        lower(customer_tier) as customer_tier,
        lower(risk_profile) as risk_profile,
        city,
        state,
        country,
        preferred_categories,
        source_system,
        source_file,

        ---------- numerics
        age,

        ---------- booleans
        is_active,

        ---------- dates
        registration_date,

        ---------- timestamps
        ingested_at as landed_at

    from source

)

select * from renamed
