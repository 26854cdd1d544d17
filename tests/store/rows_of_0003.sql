INSERT INTO changes (tenant, ticket, what, before, after, author_kind, at)
VALUES ('11111111-1111-1111-1111-111111111111', 1, 'status', '1', '8', 'unknown', 1);
INSERT INTO changes (tenant, ticket, what, before, after, author_kind, at, note)
VALUES ('11111111-1111-1111-1111-111111111111', 1, 'note-added', 'null', '"Called"', 'unknown', 2, 9);
INSERT INTO changes (tenant, ticket, what, before, after, author_kind, at, note)
VALUES ('11111111-1111-1111-1111-111111111111', 1, 'note-added', 'null', '"Secret"', 'unknown', 3, 10);
INSERT INTO notes (tenant, id, ticket, title, text, note_type, publish)
VALUES ('11111111-1111-1111-1111-111111111111', 9, 1, 'Called', '', 1, 2);
INSERT INTO tickets (tenant, id, number, title, company, status, priority, description, resolution, external_id, udfs,
                     is_open, next_due, due)
VALUES ('11111111-1111-1111-1111-111111111111', 1, 'T1', 'a', 1, 8, 2, '', '', '', '{}', true, 1000, 1000);
INSERT INTO tickets (tenant, id, number, title, company, status, priority, description, resolution, external_id, udfs,
                     is_open, next_due)
VALUES ('11111111-1111-1111-1111-111111111111', 2, 'T2', 'a', 1, 8, 2, '', '', '', '{}', true, 9223372036854775807);
