with

registrations as (

    select * from {{ ref('stg_user_registrations') }}

),

-- A file that lands again with new content corrects its registrations; of two rows in one file the
-- lower one counts.
corrected as (

    select
        ---------- ids
        {{ surrogate_key(['user_id', 'registration_date']) }} as registration_key,
        user_id,

        ---------- text
        {{ user_texts() }},

        ---------- numerics
        age,

        ---------- booleans
        is_active,

        ---------- dates
        registration_date

    from registrations

    qualify row_number() over (
        partition by user_id, registration_date
        order by landed_at desc, source_file desc, source_row desc
    ) = 1

)

select * from corrected
