import { describe, expect, it } from 'vitest';
import { Problem } from '../../api';
import { adminZh } from '../../text/zh/admin';
import { complaintAbout, toldAtFields } from './complaints';

const refused = (code: string, findings: unknown[] = []) => new Problem(code, 422, { findings });

describe('a refused form', () => {
  it('complains at the field that is meant', () => {
    const problem = refused('refused', [{ path: 'name', code: 'bad_name', message: 'a name has …' }]);
    expect(complaintAbout(problem, 'name', adminZh)).toBe(adminZh.complaint.bad_name);
    expect(complaintAbout(problem, 'password', adminZh)).toBe('');
    expect(toldAtFields(problem, ['name', 'password'], adminZh)).toBe(true);
  });

  it('knows which field a refusal without a path is about', () => {
    expect(complaintAbout(refused('weak_password'), 'password', adminZh)).toBe(adminZh.complaint.weak_password);
    expect(complaintAbout(refused('name_taken'), 'name', adminZh)).toBe(adminZh.complaint.name_taken);
  });

  it('uses the server’s sentence where there is no word of ours', () => {
    const problem = refused('refused', [{ path: 'places', code: 'brand_new', message: 'no such thing' }]);
    expect(complaintAbout(problem, 'places', adminZh)).toBe('no such thing');
  });

  it('that is about no field is told above the form', () => {
    expect(toldAtFields(refused('last_admin'), ['name', 'role'], adminZh)).toBe(false);
    expect(complaintAbout(null, 'name', adminZh)).toBe('');
  });
});
